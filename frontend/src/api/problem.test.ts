import { describe, expect, it } from "vitest";
import { ofResponse, Problem, sentence } from "./problem";

const refused = new Response(null, { status: 400 });

describe("a problem", () => {
  it("says what the server said", () => {
    const problem = ofResponse(refused, {
      message: "label: is required.",
      code: "invalid_input",
      errors: [{ field: "label", message: "is required" }],
    });
    expect(problem.message).toBe("label: is required.");
    expect(problem.fields).toEqual({ label: "is required" });
  });

  it("has a sentence where the body is not ours", () => {
    expect(ofResponse(new Response(null, { status: 502 }), "<html>").message).toMatch(/does not understand/);
  });

  it("tells being offline from being refused", () => {
    expect(Problem.offline().isOffline).toBe(true);
    expect(ofResponse(refused, {}).isOffline).toBe(false);
  });

  it("shows no inner workings of the page", () => {
    expect(sentence(new TypeError("x is undefined"))).not.toMatch(/undefined/);
  });
});
