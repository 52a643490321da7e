/** What a world must offer to be played by the suite. Nodes are named A, B and C. */
export interface Stage {
  /** Boots a node; again after its end, as its next incarnation, from what it has saved. */
  boot(node: string): Promise<void>;
  /** All in the same moment, in this order. */
  tell(...commands: readonly (readonly [node: string, acts: string])[]): void;
  /** The same for one node, whose lines arrive damaged at the other. */
  spoil(from: string, to: string, acts: string): void;
  /** What makes its machine throw; resolves with the words of it. */
  crash(node: string, acts: string): Promise<string>;
  /** The process stands still, and has b armed to ring meanwhile, while another tells it that. */
  standStill(node: string, other: string, acts: string): Promise<void>;
  stop(node: string): Promise<void>;
  kill(node: string): Promise<void>;
  /** Nothing can be saved from now on, or again. */
  fill(node: string, full: boolean): void;
  /** The node has seen that, in all its life, so many times. */
  saw(node: string, what: string, times?: number): Promise<void>;
  /** What is under way happens. */
  rest(): Promise<void>;
  /** Everything the node's latest incarnation was told: `#1 opened B`. */
  facts(node: string): readonly string[];
  /** Nothing of it is left. */
  end(): Promise<void>;
}

/** As a fact of the suite: kernels disagree on fin against reset (decision 0003). */
export function factText(text: string, session: number): string {
  const said = text.replace(/^(closed \S+) (?:fin|reset)$/, "$1 ended");
  return session === 0 ? said : `#${session} ${said}`;
}
