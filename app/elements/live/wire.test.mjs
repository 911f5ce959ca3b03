import assert from "node:assert/strict";
import test from "node:test";
import { heard, message } from "./wire.js";

test("messages for the element are understood, with and without content", () => {
  assert.deepEqual(heard('{"seated":"hall"}'), { name: "seated", body: "hall" });
  assert.deepEqual(heard('"unseated"'), { name: "unseated", body: null });
  assert.deepEqual(heard('{"answer":{"answer":"v=0"}}'), { name: "answer", body: { answer: "v=0" } });
  assert.deepEqual(heard('{ "send": {"low":true} }'), { name: "send", body: { low: true } });
});

test("messages for others and torn ones are passed over", () => {
  for (const text of ['"here"', '"again"', '{"state":{"seated":"x"}}', '{"speaking":[]}', '{"offer":', "", "seated"]) {
    assert.equal(heard(text), null);
  }
});

test("what is said has the form the server reads", () => {
  assert.equal(message.subscribe(), '"subscribe"');
  assert.equal(message.publish("v=0"), '{"publish":{"offer":"v=0"}}');
  assert.equal(message.answer("v=0"), '{"answer":{"answer":"v=0"}}');
  const have = message.have({ camera: true, microphone: false, screen: false, other: 1 });
  assert.equal(have, '{"have":{"camera":true,"microphone":false,"screen":false}}');
});
