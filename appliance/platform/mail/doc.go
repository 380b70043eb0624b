// Package mail writes and sends the appliance's letters.
//
// Settings of the mail server are one row (table mail_settings), sealed as a whole; the
// password is write-only. A letter is made from a named template in English or Chinese:
// templates/<lang>.tmpl defines "<name>.subject" and "<name>.body"; the HTML part is
// made from the paragraphs of the text, so that the two never differ. Links are given
// by the caller and are http or https.
//
// Sending is one SMTP session (RFC 5321) with STARTTLS (RFC 3207), TLS or neither;
// credentials are never sent without TLS. The server's answer is what the mail log
// shows. The queue with its retries is package outbox.
package mail
