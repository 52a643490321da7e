/**
 * Whoever starts processes may be killed himself (kill -9), and then nobody is left to end them,
 * least of all those that stand still. So a small shell outlives him: it reads which processes
 * there are, and when its input ends it kills them and removes what they left.
 */
import { type ChildProcess, spawn } from "node:child_process";

const SCRIPT = `
trap '' INT TERM HUP
all=' '
while read -r sign pid; do
  case "$sign" in
    +) all="$all$pid " ;;
    -) case "$all" in *" $pid "*) all="\${all%% $pid *} \${all#* $pid }" ;; esac ;;
  esac
done
for pid in $all; do kill -KILL "$pid" 2>/dev/null; done
[ -z "$1" ] || rm -rf -- "$1"
`;

export class Guard {
  readonly #shell: ChildProcess;
  readonly #ended: Promise<void>;

  /** `folder`: to be removed at the end; null: to be kept. */
  constructor(folder: string | null) {
    const words = ["-c", SCRIPT, "guard", folder ?? ""];
    // A session of its own: no Ctrl-C reaches it.
    this.#shell = spawn("/bin/sh", words, {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    this.#shell.stdin?.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#shell.once("error", () => resolve());
      this.#shell.once("exit", () => resolve());
    });
  }

  watch(pid: number): void {
    this.#shell.stdin?.write(`+ ${pid}\n`);
  }

  forget(pid: number): void {
    this.#shell.stdin?.write(`- ${pid}\n`);
  }

  /** What it would do if this process died. */
  async close(): Promise<void> {
    this.#shell.stdin?.end();
    await this.#ended;
  }
}
