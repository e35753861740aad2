"use strict";

// Addresses are relative, so that the page also works behind a proxy that adds a prefix.
SwaggerUIBundle({
  dom_id: "#reference",
  url: "openapi.json",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false, // a token must not outlive the page
  tryItOutEnabled: true,
  validatorUrl: null, // ask nobody outside
});
