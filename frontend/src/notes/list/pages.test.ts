import { expect, it } from "vitest";
import { pagesOf } from "./pages";

it("asks for each page once", () => {
  expect(pagesOf([48, 49, 50, 51])).toEqual([0, 1]);
});

it("jumps over what is not in sight", () => {
  expect(pagesOf([9001, 9002])).toEqual([0, 180]);
});

it("has the first page, also before anything is in sight", () => {
  expect(pagesOf([])).toEqual([0]);
});
