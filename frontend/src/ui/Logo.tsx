export function Logo({ size = 26 }: { size?: number }) {
  return <img src="/app/favicon.svg" width={size} height={size} alt="" draggable={false} />;
}
