// A Socket.IO server as its documentation begins, on websockets only: one process, nothing kept, no bus.
const { Server } = require("socket.io");

const io = new Server(Number(process.argv[2]), { transports: ["websocket"] });
let number = 0;

function payload() {
  number += 1;
  return { shift_id: number, start_time: "09:00", end_time: "17:00", note: String(number).padStart(130, "0") };
}

io.on("connection", (socket) => {
  socket.on("join", () => socket.join("everyone"));
  socket.on("publish", async (times) => {
    for (let n = 0; n < times; n += 1) {
      io.to("everyone").emit("signal", payload());
      await new Promise(setImmediate);
    }
  });
});
