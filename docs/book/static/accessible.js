// What the theme leaves to be desired for people who use a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // A button is called what is written on it.
  for (const button of document.querySelectorAll(".search-button-field")) {
    button.removeAttribute("aria-label");
  }
  const sidebar = document.querySelector("#pst-primary-sidebar");
  if (sidebar) {
    sidebar.setAttribute("role", "navigation");
    sidebar.setAttribute("aria-label", "The course");
  }
});
