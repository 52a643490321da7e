/** The suite over TCP, with nodes of one process. */
import { playAll } from "./port.ts";
import { real } from "./tcp.ts";

playAll("TCP", real);
