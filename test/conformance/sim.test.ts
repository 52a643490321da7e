/** The suite in the simulated world. */
import { playAll } from "./port.ts";
import { simulated } from "./sim.ts";

playAll("the simulated world", simulated);
