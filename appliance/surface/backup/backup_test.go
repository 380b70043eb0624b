package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/blob"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
	"github.com/switchkeep/switchkeep/bolt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const phrase = "correct horse battery staple"

func sessions() *store.Table[session, *session] {
	return store.NewTable[session](store.Spec[session]{
		Name: "session", Schema: 1, Key: func(s *session) []store.Part { return []store.Part{store.Text(s.ID)} },
		Lookup: []store.Index[session]{{Name: "live", Keys: func(s *session) [][]store.Part {
			if s.Ended {
				return nil
			}
			return [][]store.Part{{}}
		}}},
	})
}

func tables() []store.Registered {
	out := []store.Registered{sessions()}
	out = append(out, config.Tables()...)
	out = append(out, audit.Tables()...)
	return append(out, backup.Tables()...)
}

func named(r store.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for item, err := range sessions().List(r, store.Page{}) {
			if err != nil || item.Row.Blob != "" {
				if !yield(item.Row.Blob, err) {
					return
				}
			}
		}
	}
}

// end is a Voider: it ends sessions, a few in each transaction.
func end(_ context.Context, tx store.Tx, _ time.Time) (int, error) {
	var live []session
	for item, err := range sessions().Lookup(tx, "live", store.Page{Limit: 10}) {
		if err != nil {
			return 0, err
		}
		live = append(live, item.Row)
	}
	for i := range live {
		live[i].Ended = true
		if err := sessions().Put(tx, &live[i]); err != nil {
			return 0, err
		}
	}
	return len(live), nil
}

// site is a running appliance, as far as backups see it.
type site struct {
	t      *testing.T
	layout config.Layout
	db     *store.DB
	keeper *secret.Keeper
	blobs  *blob.Folder
	clock  *clock.Manual
	b      *backup.Backups
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, layout: config.Layout{Root: filepath.Join(t.TempDir(), "data")}, clock: clock.NewManual(time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC))}
	if err := s.layout.Prepare(); err != nil {
		t.Fatal(err)
	}
	engine, err := bolt.Open(bolt.Config{Path: s.layout.Store(), Now: s.clock.Now, UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if closeErr := engine.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	})
	if s.db, err = store.New(engine, tables()...); err != nil {
		t.Fatal(err)
	}
	if s.keeper, err = secret.CreateKeeper(s.layout.MasterKey(), s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if s.blobs, err = blob.New(blob.Config{Dir: s.layout.Blobs(), Clock: s.clock, Logger: log}); err != nil {
		t.Fatal(err)
	}
	if s.b, err = backup.New(backup.Config{
		Layout: s.layout, DB: s.db, Tables: tables(), Keeper: s.keeper, Blobs: s.blobs, Named: named,
		Clock: s.clock, Logger: log, Version: "1.2.3", Host: func() string { return "console.test" },
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) update(fn func(tx store.Tx) error) {
	s.t.Helper()
	if _, err := s.db.Update(s.t.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) recovery() {
	s.t.Helper()
	r, err := secret.PassphraseRecovery(phrase, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.keeper.SetRecovery(r); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) cause() audit.Cause { return audit.System(s.clock.Now(), "test") }

func (s *site) create(o backup.Options) (path string) {
	s.t.Helper()
	info, err := s.b.Create(s.t.Context(), s.cause(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return filepath.Join(s.layout.Backups(), info.Name)
}

func (s *site) restore(archive, secretText string) (config.Layout, backup.Restored, error) {
	to := config.Layout{Root: filepath.Join(s.t.TempDir(), "new")}
	r, err := backup.Restore(s.t.Context(), backup.RestoreConfig{
		Archive: archive, Layout: to, Secret: secretText, Tables: tables(), Named: named,
		Voiders: []backup.Voider{end}, Clock: s.clock, Logger: slog.New(slog.DiscardHandler),
	})
	return to, r, err
}

// open opens a restored folder as an appliance would.
func open(t *testing.T, to config.Layout) (*store.DB, *secret.Keeper) {
	t.Helper()
	engine, err := bolt.Open(bolt.Config{Path: to.Store(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	db, err := store.New(engine, tables()...)
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := secret.OpenKeeper(to.MasterKey())
	if err != nil {
		t.Fatal(err)
	}
	return db, keeper
}

// A backup taken under write load restores into an empty folder with nothing but the archive and
// the passphrase: every row committed before it is there, blobs and keys too; sessions are ended.
func TestBackupUnderLoadRestores(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.recovery()
	sealed, err := s.keeper.Seal("mail", "1", "password", []byte("hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	ref, err := s.blobs.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte("blob "), 9999)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err = os.WriteFile(filepath.Join(s.layout.Hot(), "presence"), []byte("hot"), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := config.Default(false)
	settings.Host, settings.VisitZone, settings.Installation = "console.internal", "visit.internal", ident.New()
	s.update(func(tx store.Tx) error {
		if _, saveErr := config.SaveTx(tx, settings, s.clock.Now()); saveErr != nil {
			return saveErr
		}
		return sessions().Put(tx, &session{ID: "blob", Blob: ref.Hash})
	})
	var written atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, putErr := s.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
					return sessions().Put(tx, &session{ID: fmt.Sprintf("%d/%06d", w, i%500), Pad: make([]byte, 700)})
				}); putErr != nil {
					t.Error(putErr)
				}
				written.Add(1)
			}
		})
	}
	for written.Load() < 3000 {
		time.Sleep(time.Millisecond)
	}
	before := written.Load()
	archive := s.create(backup.Options{})
	if written.Load() == before {
		t.Error("nothing was written while the backup was made")
	}
	close(stop)
	wg.Wait()

	to, _, err := s.restore(archive, strings.ToUpper(phrase[:1])+phrase[1:])
	if !errors.Is(err, secret.ErrPhrase) {
		t.Fatalf("a wrong passphrase: %v", err)
	}
	if left, _ := os.ReadDir(to.Root); len(left) != 0 {
		t.Errorf("a failed restore leaves %v", left)
	}
	to, restored, err := s.restore(archive, phrase)
	if err != nil {
		t.Fatal(err)
	}
	if restored.Voided < 2001 || !restored.Secrets || restored.Host != "console.test" {
		t.Errorf("%+v", restored)
	}
	report, err := backup.VerifyFolder(t.Context(), backup.VerifyConfig{Layout: to, Tables: tables(), Named: named, Clock: s.clock, Logger: slog.New(slog.DiscardHandler)})
	if err != nil || report.Blobs != 1 || report.Rows < 2001 {
		t.Errorf("%+v %v", report, err)
	}
	if b, _ := os.ReadFile(filepath.Join(to.Hot(), "presence")); string(b) != "hot" {
		t.Error("the hot file is not back")
	}
	db, keeper := open(t, to)
	if plain, openErr := keeper.Open("mail", "1", "password", sealed); openErr != nil || string(plain) != "hunter2" {
		t.Error("the restored keys do not open what was sealed", openErr)
	}
	if err = db.View(t.Context(), func(r store.Reader) error {
		for item, listErr := range sessions().List(r, store.Page{}) {
			if listErr != nil || !item.Row.Ended {
				t.Fatalf("session %q lives: %v", item.Row.ID, listErr)
			}
		}
		got, done, loadErr := config.Load(r, false)
		if loadErr != nil || !done || got.Installation == settings.Installation {
			t.Error("the installation kept its id", loadErr)
		}
		mode, ok, stateErr := backup.State(r)
		if stateErr != nil || !ok || !mode.Confirmed.IsZero() {
			t.Error("no restored mode", mode, stateErr)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err = db.Update(t.Context(), func(_ context.Context, tx store.Tx) error { return backup.ConfirmTx(tx, s.cause()) }); err != nil {
		t.Fatal(err)
	}
	_ = db.View(t.Context(), func(r store.Reader) error {
		if mode, _, _ := backup.State(r); mode.Confirmed.IsZero() {
			t.Error("confirmed, and still in restored mode")
		}
		return nil
	})
}

func TestRefusesWithoutRecovery(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, err := s.b.Create(t.Context(), s.cause(), backup.Options{})
	if !errors.Is(err, backup.NoRecovery()) || !fault.Is(err, fault.KindConflict) {
		t.Fatal(err)
	}
	if _, failure := s.b.Failure(); failure == nil {
		t.Error("the failure is not shown")
	}
	archive := s.create(backup.Options{WithoutSecrets: true})
	if _, _, err = s.restore(archive, phrase); !errors.Is(err, backup.ErrNoSecrets) {
		t.Error(err)
	}
	to := config.Layout{Root: filepath.Join(t.TempDir(), "x")}
	r, err := backup.Restore(t.Context(), backup.RestoreConfig{Archive: archive, Layout: to, WithoutSecrets: true, Tables: tables(), Clock: s.clock, Logger: slog.New(slog.DiscardHandler)})
	if err != nil || r.Secrets {
		t.Error(r, err)
	}
	if _, statErr := os.Stat(to.MasterKey()); !errors.Is(statErr, os.ErrNotExist) {
		t.Error("keys out of nowhere")
	}
}

func TestRestoreTouchesNoUsedFolder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.recovery()
	archive := s.create(backup.Options{})
	_, err := backup.Restore(t.Context(), backup.RestoreConfig{Archive: archive, Layout: s.layout, Secret: phrase, Tables: tables(), Clock: s.clock, Logger: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, backup.ErrNotEmpty) {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.layout.Store()); err != nil {
		t.Fatal(err)
	}
}

// Every byte of an archive counts: whichever is turned, it is refused.
func TestDamagedArchiveIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.recovery()
	for i := range 50 {
		s.update(func(tx store.Tx) error { return sessions().Put(tx, &session{ID: fmt.Sprint(i)}) })
	}
	whole, err := os.ReadFile(s.create(backup.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bad.tar.zst")
	accepted := 0
	for i := range 120 {
		bad := bytes.Clone(whole)
		at := i * len(bad) / 120
		bad[at] ^= 0x40
		if i%10 == 9 {
			bad = bad[:at] // cut off
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := backup.VerifyArchive(t.Context(), path)
		if err != nil {
			continue
		}
		if good, _ := backup.Inspect(path); good == nil || m.Rev != good.Rev {
			t.Errorf("byte %d", at)
		}
		accepted++ // a bit that the compressor does not use
	}
	if accepted > 1 {
		t.Errorf("%d damaged archives were accepted", accepted)
	}
	if err := os.WriteFile(path, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.VerifyArchive(t.Context(), path); err == nil {
		t.Error("anything is accepted")
	}
}

func TestNightlyKeepsSeven(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.recovery()
	manual := s.create(backup.Options{})
	for range 10 {
		s.clock.Advance(24 * time.Hour)
		if err := s.b.Nightly(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.b.List()
	if err != nil || len(all) != backup.Keep+1 || all[backup.Keep].Name != filepath.Base(manual) {
		t.Fatalf("%+v %v", all, err)
	}
	newest, ok, err := s.b.Newest()
	if err != nil || !ok || !newest.Made.Equal(s.clock.Now()) || newest.Kind != backup.Nightly || newest.Error != "" {
		t.Errorf("%+v %v", newest, err)
	}
	if err = s.b.Remove("../switchkeep.db"); !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
	f, err := s.b.Open(newest.Name)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ref, err := s.blobs.Put(t.Context(), strings.NewReader("content"), 100)
	if err != nil {
		t.Fatal(err)
	}
	s.update(func(tx store.Tx) error { return sessions().Put(tx, &session{ID: "1", Blob: ref.Hash}) })
	if r, verifyErr := s.b.Verify(t.Context()); verifyErr != nil || r.Rows != 1 || r.Blobs != 1 || r.Bytes == 0 {
		t.Fatal(r, verifyErr)
	}
	f, err := s.blobs.Open(ref.Hash)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if err = os.Chmod(f.Name(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err = os.WriteFile(f.Name(), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = s.b.Verify(t.Context()); !errors.Is(err, blob.ErrDamaged) {
		t.Error(err)
	}
	s.recovery()
	if _, err = s.b.Create(t.Context(), s.cause(), backup.Options{}); err == nil {
		t.Error("a backup with a damaged blob is made")
	}
	if left, _ := filepath.Glob(filepath.Join(s.layout.Backups(), "*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(s.layout.Temp(), "*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
