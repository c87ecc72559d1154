// The session at the terminal, and the exchange of one command for its result. One command at a time.

import { randomUUID } from "node:crypto";
import { verdict } from "./answers.mjs";
import { SECOND } from "./clock.mjs";
import { Line } from "./line.mjs";

// Three sends with three seconds each, and time to answer.
const HELLO_WAIT = 14 * SECOND;
const LINE_WAIT = 32 * SECOND;
export const TRIES = 5;

export class Session {
  #clock;
  #config;
  #overhear;
  #line;
  #isGreeted = false;

  /** `overhear` gets results that nobody waits for: one that comes late still tells how its order ended. */
  constructor(clock, config, overhear) {
    [this.#clock, this.#config, this.#overhear] = [clock, config, overhear];
    this.#line = new Line(clock, config.port, config.profile);
  }

  get terminalId() {
    return this.#config.terminalId;
  }

  get acquirer() {
    return { acquirerTerminalId: this.#config.terminalId, acquirerRegistrationNo: this.#config.registrationNo };
  }

  get isReady() {
    return this.#isGreeted && this.#line.isOpen;
  }

  /** The terminal said that it does not know us. */
  forget() {
    this.#isGreeted = false;
  }

  ring() {
    this.#line.ring();
  }

  /** Gets a session: patiently, since nothing was sent yet that could have cost anything. Or why there is none. */
  async greet() {
    for (let tries = 0; tries < TRIES && !this.isReady; tries++) {
      const code = await this.hello();
      if (code === "INIT_PARAM_ERROR") return "the terminal refuses our merchantId";
      if (code !== "INIT_SUCCESS") await this.pause(SECOND);
    }
    return this.isReady ? null : "the terminal cannot be initialised";
  }

  /** One hello, and the terminal's answer, or null. */
  async hello() {
    const lineUntil = this.#clock.now() + LINE_WAIT;
    while (!this.#line.isOpen && this.#clock.now() < lineUntil) this.aside(await this.wait(lineUntil));
    const options = { merchantId: this.#config.merchantId, useBuiltInDialog: false };
    const token = this.#line.send("H", { provider: "KICC", options });
    const until = this.#clock.now() + HELLO_WAIT;
    while (this.#clock.now() < until) {
      const happening = await this.wait(until);
      if (happening?.heard === "H") {
        this.#isGreeted = happening.message?.code === "INIT_SUCCESS";
        return happening.message?.code ?? null;
      }
      if (happening?.refused === token || happening?.notSent === token) return null;
      this.aside(happening);
    }
    return null;
  }

  /** Sends a command once and waits: `{result}`, or `{verdict}` on what came instead. */
  async exchange(command, name, parameters, wait) {
    const token = this.send(command, name, parameters);
    const until = this.#clock.now() + wait;
    while (this.#clock.now() < until) {
      const happening = await this.wait(until);
      const outcome = this.outcome(happening, command, token);
      if (outcome) return outcome;
      this.aside(happening);
    }
    return { verdict: verdict("unclear", "no answer within the time") };
  }

  /** What a happening says of a command that was sent, or null. */
  outcome(happening, command, token) {
    if (happening?.heard === "R" && happening.message?.id === command) return { result: happening.message };
    if (happening?.heard === "R" && !happening.message) {
      // Whose it was cannot be read; only ours is awaited.
      return { verdict: verdict("unclear", "the result cannot be read") };
    }
    if (happening?.refused === token) {
      return { verdict: verdict("failed", "the terminal refused each sending of the command") };
    }
    if (happening?.notSent === token) return { verdict: verdict("wants-hello", "the line to the terminal is closed") };
    return null;
  }

  send(command, name, parameters) {
    return this.#line.send("C", { id: command, commandName: name, commandRequestParams: parameters, options: {} });
  }

  /** Lets time pass, with open ears. */
  async pause(milliseconds) {
    const until = this.#clock.now() + milliseconds;
    while (this.#clock.now() < until) this.aside(await this.wait(until));
  }

  async wait(until) {
    const happening = await this.#line.wait(until);
    // A terminal that starts up has forgotten us.
    const startsUp = happening?.heard === "E" && happening.message?.eventCode === "DEVICE_INITIALIZE";
    if (startsUp || !this.#line.isOpen) this.#isGreeted = false;
    return happening;
  }

  /** What happens beside what the till is doing. */
  aside(happening) {
    if (happening?.heard === "R" && typeof happening.message?.id === "string") this.#overhear(happening.message);
  }
}

/** An id that no process made before, nor will. */
export const newId = () => randomUUID().replaceAll("-", "");
