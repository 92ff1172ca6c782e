// The API reference. Below a company's address calls are made as the person signed in there.
const place = document.getElementById("reference");
const { company, csrf } = place.dataset;

async function show() {
  const spec = await (await fetch(place.dataset.document)).json();
  if (company) {
    spec.servers = [{ url: company, description: "As the person signed in" }];
  }
  globalThis.SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "none",
    filter: true,
    tagsSorter: "alpha",
    validatorUrl: null,
    requestInterceptor(request) {
      if (company && request.method !== "GET" && !request.headers.Authorization) {
        request.headers["X-CSRFToken"] = csrf;
      }
      return request;
    },
  });
}

show();
