// Comforts only: every page works without this file.
(() => {
  "use strict";

  // A button inside each password field that shows what was typed.
  for (const input of document.querySelectorAll("input[type=password][data-show]")) {
    const frame = document.createElement("div");
    frame.className = "with-reveal";
    input.replaceWith(frame);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reveal";
    button.setAttribute("aria-controls", input.id);
    const label = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? input.dataset.hide : input.dataset.show;
    };
    label(false);
    button.addEventListener("click", () => label(input.type === "password"));
    frame.append(input, button);
    if (input.autofocus) input.focus();
    // Never leave a shown password to the browser's memory of form fields.
    input.form?.addEventListener("submit", () => label(false));
  }

  // One press, one post.
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (form.getAttribute("aria-busy") === "true") event.preventDefault();
      form.setAttribute("aria-busy", "true");
      // A post that never arrives must not leave a dead form behind.
      setTimeout(() => form.removeAttribute("aria-busy"), 8000);
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });
})();
