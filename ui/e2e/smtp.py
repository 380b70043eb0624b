"""A mail server for the browser walk: takes every mail and prints it as one line of JSON."""
import email
import email.policy
import json
import sys
import time

from aiosmtpd.controller import Controller


class Printer:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.endswith("@refused.example"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        m = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = m.get_body(preferencelist=("plain", "html"))
        print(json.dumps({
            "to": envelope.rcpt_tos, "from": envelope.mail_from, "subject": str(m["Subject"]),
            "text": body.get_content() if body else "",
        }), flush=True)
        return "250 2.0.0 taken as walk-1"


controller = Controller(Printer(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print(json.dumps({"ready": True}), flush=True)
try:
    while True:
        time.sleep(3600)
except KeyboardInterrupt:
    controller.stop()
