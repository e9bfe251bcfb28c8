/* Sets the chosen colours before anything is drawn: modules run too late, the page would flash. */
(() => {
  try {
    const theme = localStorage.getItem("acd.theme");
    if (theme === "light" || theme === "dark") {
      document.documentElement.setAttribute("data-theme", theme);
    }
  } catch {
    // A browser that keeps nothing: the system's colours.
  }
})();
