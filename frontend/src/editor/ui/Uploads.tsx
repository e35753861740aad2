import { CloseButton } from "@mantine/core";
import type { Upload } from "./useUploads";

/** The files that are on their way, and those that did not make it. */
export function Uploads({ uploads, dismiss }: { uploads: readonly Upload[]; dismiss(id: number): void }) {
  if (!uploads.length) return null;
  return (
    <ul className="editor-uploads" aria-label="Files being sent" aria-live="polite">
      {uploads.map(({ id, name, fraction, problem }) => (
        <li key={id} data-failed={problem !== null || undefined}>
          <span className="upload-name">{name}</span>
          {problem === null ? (
            <progress aria-label={`Sending ${name}`} max={1} value={fraction} />
          ) : (
            <>
              <span role="alert">{problem}</span>
              <CloseButton size="sm" aria-label={`Forget ${name}`} onClick={() => dismiss(id)} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
