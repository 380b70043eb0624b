package wire

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func FuzzControl(f *testing.F) {
	for _, b := range []Body{
		hello(), &Welcome{PBX: "p", HeartbeatSeconds: 1}, &Beat{}, &Ack{}, &Status{}, &GoAway{Reason: ReasonRevoked}, &Renew{}, &Renewed{}, &Data{Token: "t"},
	} {
		var buf bytes.Buffer
		if err := WriteFrame(&buf, b); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := NewReader(bytes.NewReader(in))
		for {
			fr, err := r.Next()
			if err != nil {
				return
			}
			into := map[Kind]Body{
				KindHello: &Hello{}, KindWelcome: &Welcome{}, KindHeartbeat: &Beat{}, KindAck: &Ack{}, KindStatus: &Status{},
				KindGoAway: &GoAway{}, KindRenew: &Renew{}, KindRenewed: &Renewed{}, KindData: &Data{},
			}[fr.Kind]
			if fr.Decode(into) != nil {
				continue
			}
			if err := WriteFrame(io.Discard, into); err != nil && !errors.Is(err, ErrTooLong) {
				t.Fatalf("decoded but not encodable: %v", err)
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	for _, typ := range []Type{TypePortal, TypeTCP, TypeRPC, TypeLog, TypeCapture} {
		o := Open{Dst: DstPortal, Session: "v", Expires: 1}
		o.Sign(bytes.Repeat([]byte{1}, 32), typ)
		b, err := AppendOpen(nil, typ, &o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		typ, o, err := ReadOpen(bytes.NewReader(in))
		if err != nil || typ == TypeControl {
			return
		}
		b, err := AppendOpen(nil, typ, &o)
		if errors.Is(err, ErrTooLong) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		typ2, o2, err := ReadOpen(bytes.NewReader(b))
		if err != nil || typ2 != typ || o2.Dst != o.Dst || o2.Expires != o.Expires || !bytes.Equal(o2.MAC, o.MAC) {
			t.Fatal(typ2, o2, err)
		}
	})
}

func FuzzCode(f *testing.F) {
	for _, s := range []string{"", "0000-0000-0000-0000-0000-0000-0000-0000", "ABCD EFGH JKMN PQRS TVWX YZ01 2345 6789", "sha256/AAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.String()); err != nil || again != c {
			t.Fatal(again, err)
		}
		_, _ = CheckPin(s)
	})
}
