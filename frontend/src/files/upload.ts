import { csrfToken } from "@/api/client";
import { ofResponse, Problem } from "@/api/problem";

/** A file as the server keeps it. */
export interface KeptFile {
  filename: string;
  url: string;
  mime_type: string;
  size_bytes: number;
}

/** Sends a file; `fetch` tells no progress, so this is the older way. `onProgress` gets 0..1. Throws `Problem`. */
export function uploadFile(file: File, onProgress: (fraction: number) => void): Promise<KeptFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/upload");
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 201) resolve(request.response as KeptFile);
      else reject(ofResponse(new Response(null, { status: request.status }), request.response));
    };
    request.onerror = () => reject(Problem.offline());
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}
