// A serial port with nothing but Node: opened as a file, set by stty, read as a terminal.
//
// A file stream would read in a thread of its own that no close ends; `tty.ReadStream` reads when there is something.
// Its own raw mode is not raw enough (it turns line feeds that are written into two bytes), so stty sets the line.

import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";

const HOW = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
const SETTINGS = ["57600", "raw", "cs8", "-parenb", "-cstopb", "-crtscts", "-echo", "clocal"];
// More than a terminal that reads nothing may keep us from writing.
const LARGEST_PENDING = 64 * 1024;
const RETRY = 20;

export class Port {
  #file;
  #stream;
  #pending = Buffer.alloc(0);
  #isOpen = true;

  /** Opens and sets the port, and throws away what an earlier session left in it. Throws when there is none. */
  constructor(path, heard, closed) {
    this.#file = openSync(path, HOW);
    try {
      set(path);
      this.#discard();
      this.#stream = new ReadStream(this.#file);
    } catch (problem) {
      closeSync(this.#file);
      throw problem;
    }
    const end = (why) => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#stream.destroy();
      closed(why);
    };
    this.#stream.on("data", heard);
    this.#stream.on("error", (error) => end(error.message));
    this.#stream.on("end", () => end("the other side is gone"));
    this.#stream.on("close", () => end("the other side is gone"));
  }

  write(bytes) {
    if (this.#pending.length + bytes.length > LARGEST_PENDING) return;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    this.#flush();
  }

  #flush() {
    try {
      while (this.#isOpen && this.#pending.length > 0) {
        this.#pending = this.#pending.subarray(writeSync(this.#file, this.#pending));
      }
    } catch (problem) {
      // A full line is tried again; that it broke is heard by reading.
      if (problem.code === "EAGAIN") setTimeout(() => this.#flush(), RETRY);
    }
  }

  #discard() {
    const space = Buffer.alloc(4096);
    try {
      while (readSync(this.#file, space) > 0);
    } catch (problem) {
      if (problem.code !== "EAGAIN") throw problem;
    }
  }
}

/** While the port is open already, so that the terminal sees one session. What stty is given waits for it: not ours. */
function set(path) {
  const file = openSync(path, HOW);
  const done = spawnSync("stty", SETTINGS, { stdio: [file, "ignore", "pipe"] });
  closeSync(file);
  if (done.status !== 0) throw new Error(`stty: ${done.stderr ?? done.error}`);
}
