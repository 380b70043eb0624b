package pbx

import (
	"context"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestVoidEndsOpenCodes(t *testing.T) {
	t.Parallel()
	g := newRig(t, 60)
	a := g.enrol("S1")
	var texts []string
	for range voidBatch + 5 {
		_, text, err := g.CreateCode(t.Context(), g.by(), NewCode{Account: g.acme, Name: "Desk"})
		g.ok(err)
		texts = append(texts, text)
	}
	total := 0
	for n := -1; n != 0; total += n {
		_, err := g.db.Update(t.Context(), func(ctx context.Context, tx store.Tx) (err error) {
			n, err = Void(ctx, tx, g.clk.Now())
			return err
		})
		g.ok(err)
	}
	if total != len(texts) {
		t.Fatalf("%d of %d", total, len(texts))
	}
	q := g.request("S2")
	q.Email, q.Password, q.AuthCode = "", "", texts[0]
	if out, err := g.Enroll(t.Context(), g.by(), q); err != nil || out.Enrolled != nil {
		t.Fatal("a code came back with the backup", err)
	}
	g.ok(g.Judge(t.Context(), a.ID, a.KeySPKI, a.KeyedAt))
}
