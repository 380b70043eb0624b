package mailtest

import (
	"net/smtp"
	"strconv"
	"testing"
)

func TestTakesWhatTheStandardClientSends(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Answer("250 2.1.5 Ok", "550 5.1.1 No such user")
	addr := "127.0.0.1:" + strconv.Itoa(s.Port)
	msg := []byte("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain\r\n\r\nHello\r\n")
	if err := smtp.SendMail(addr, nil, "a@example.org", []string{"b@example.org"}, msg); err != nil {
		t.Fatal(err)
	}
	if err := smtp.SendMail(addr, nil, "a@example.org", []string{"c@example.org"}, msg); err == nil {
		t.Fatal("the second recipient was to be refused")
	}
	<-s.Arrived()
	if l := s.Letters(); len(l) != 1 || l[0].Subject != "Grüße" || l[0].Text != "Hello\n" || l[0].To != "b@example.org" {
		t.Fatalf("%+v", l)
	}
}
