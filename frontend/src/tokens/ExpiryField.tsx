import { NativeSelect } from "@mantine/core";

export const DAYS = 90; // proposed
const CHOICES = [7, 30, 90, 365];

/** In how many days the token ends; null: never. */
export function ExpiryField({
  days,
  onChange,
}: {
  days: number | null;
  onChange: (days: number | null) => void;
}) {
  return (
    <NativeSelect
      label="Expires"
      value={String(days ?? "")}
      onChange={(event) => onChange(event.currentTarget.value ? Number(event.currentTarget.value) : null)}
      data={[
        ...CHOICES.map((one) => ({
          value: String(one),
          label: one === 365 ? "in a year" : `in ${one} days`,
        })),
        { value: "", label: "never" },
      ]}
    />
  );
}
