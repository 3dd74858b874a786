// A widget's value, on the page and in the kernel.

const PAUSE = 80; // ms from one message to the kernel to the next

// `read` returns the page's value; `load` takes the kernel's, now and when it changes.
export function link(model, read, load) {
  let timer = null;
  const send = () => {
    timer = null;
    model.set("value", read());
    model.save_changes();
  };
  const receive = () => {
    if (timer !== null) return; // what the reader does is newer
    load(model.get("value"));
  };
  model.on("change:value", receive);
  receive();
  return {
    changed: () => (timer ??= setTimeout(send, PAUSE)),
    end: () => {
      clearTimeout(timer);
      model.off("change:value", receive);
    },
  };
}
