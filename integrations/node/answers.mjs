// What a terminal's answer says about an attempt. Pure.
//
// A result counts only if its ids, amount and terminal are those of the attempt; resultCode decides, not arrival; and
// what leaves the charge unknown is no failure.
//
// A verdict is `{says, reason, evidence}`. `says`: "succeeded"; "failed" (it is certain that no money moved); "busy" or
// "wants-hello" (the command was not taken); "unclear" (ask).

import { read, same } from "./money.mjs";

/** Codes by which the terminal says for certain that no money moved. */
const DECLINED = new Set([
  "INVALID_CONTRACT",
  "ACCESS_DENIED",
  "PROCESS_FAIL",
  "PARAM_ILLEGAL",
  "ORDER_STATUS_INVALID",
  "ORDER_IS_CANCELED",
  "USER_AMOUNT_EXCEED_LIMIT",
  "USER_BALANCE_NOT_ENOUGH",
  "INVALID_CARD_NUMBER",
  "IDENTITY_VERIFY_FAILED",
]);
export const NOT_TAKEN = new Set(["CommandNotSupport", "CommandParamError"]);

export const verdict = (says, reason = "", evidence = {}) => ({ says, reason, evidence });

/** Judges the result of a command that was sent for an attempt; its id has been compared. */
export function ofResult(result, command, attempt, terminalId) {
  if (result.commandName !== command) return verdict("unclear", "the result cannot be read");
  if (result.outcome === "commandFailed") return ofFailedCommand(String(result.errorCode));
  const data = dataOf(result);
  if (!data) return verdict("unclear", "the result cannot be read");
  const code = String(data.result.resultCode);
  if (code !== "SUCCESS") {
    // A refusal may leave out what it refuses; another id is another payment.
    if (!fits(data.requestId, attempt.requestId)) return verdict("unclear", "the result is of another payment");
    return verdict(DECLINED.has(code) ? "failed" : "unclear", code);
  }
  const isSuccess = result.outcome === "success" && data.requestId === attempt.requestId;
  const isOurs = isSuccess && isOf(data, attempt, terminalId);
  if (!isOurs) return verdict("unclear", "the result's ids or amount are not the order's");
  return verdict("succeeded", "", evidenceIn(data));
}

/**
 * Judges the terminal's record: whether it is this attempt's, and how it ended. `isOnlyOne`: no other attempt could be
 * meant. Then a record without requestId is told by amount and terminal.
 */
export function ofLastTransaction(data, command, attempt, terminalId, isOnlyOne) {
  if (!fits(data.responseCommand, command)) {
    return verdict("unclear", `the terminal's last transaction is no ${command}`);
  }
  if (!isOf(data, attempt, terminalId) || (data.requestId === undefined && !isOnlyOne)) {
    return verdict("unclear", "the terminal's last transaction is not known to be this order's");
  }
  const code = String(data.result.resultCode);
  if (code === "SUCCESS") return verdict("succeeded", "", evidenceIn(data));
  return verdict(DECLINED.has(code) ? "failed" : "unclear", code);
}

/** The transaction that a GetLastTransaction told, or null. */
export function recordIn(result) {
  const data = dataOf(result);
  return data && read(data.paymentAmount) ? data : null;
}

/** The terminal's own id of a transaction. */
export function theirId(evidence) {
  const id = evidence.acquirerInfo?.acquirerTransactionId;
  return typeof id === "string" ? id : null;
}

function ofFailedCommand(code) {
  if (code === "CommandDeviceBusy") return verdict("busy", "the terminal is busy");
  if (code === "CommandInvalid") return verdict("wants-hello", "the terminal takes no command");
  return verdict(NOT_TAKEN.has(code) ? "failed" : "unclear", code);
}

/** What is not there is not another's; the amount always is. */
function isOf(data, attempt, terminalId) {
  return (
    fits(data.requestId, attempt.requestId) &&
    same(read(data.paymentAmount), attempt.amount) &&
    fits(data.acquirerInfo?.acquirerTerminalId, terminalId)
  );
}

const fits = (told, ours) => told === undefined || told === ours;

function dataOf({ responseData }) {
  const result = responseData?.result;
  return result !== null && typeof result === "object" ? responseData : null;
}

/** What is needed later: to give it back, for the accounts, for the receipt. The drawn signature is not kept. */
function evidenceIn({ acquirerInfo, taxAmount, tipAmount }) {
  const { signData, ...info } = acquirerInfo ?? {};
  return { acquirerInfo: info, taxAmount, tipAmount };
}
