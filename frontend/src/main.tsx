// First, so that what stands in our own style sheets wins.
import "@/app/styles";

import { createRoot } from "react-dom/client";
import { App } from "@/app/App";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
