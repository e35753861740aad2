import drawing from "./logo.svg";

/** Its address holds a hash: the browser keeps the drawing, and asks for it only once. */
export function Logo({ size = 26 }: { size?: number }) {
  return <img src={drawing} width={size} height={size} alt="" draggable={false} />;
}
