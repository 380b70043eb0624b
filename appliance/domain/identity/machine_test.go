package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// machineOps is how many random operations run against the slow model, in all; the race detector
// makes each ten times as dear, and the pure machine below is run in full with it.
func machineOps() int {
	if raced {
		return 42_000
	}
	return 206_000
}

// event is something that happened to a pair of user and client. The model keeps them all and reads
// the rule off the list each time.
type event struct {
	at   time.Time
	what byte // w: wrong, counted; l: wrong, and locked; s: success
}

type modelPair struct{ log []event }

// lockedFor reads the list: the time left of a lock at now.
func (p *modelPair) lockedFor(now time.Time) time.Duration {
	for _, e := range p.log {
		if e.what == 'l' && now.Before(e.at.Add(5*time.Minute)) {
			return e.at.Add(5 * time.Minute).Sub(now)
		}
	}
	return 0
}

// failures reads the list: the wrong passwords within five minutes, after the last success or lock.
func (p *modelPair) failures(now time.Time) int {
	n := 0
	for _, e := range slices.Backward(p.log) {
		if e.what != 'w' {
			break
		}
		if now.Sub(e.at) < 5*time.Minute {
			n++
		}
	}
	return n
}

type modelSession struct {
	token, id string
	user      string
	created   time.Time
	seen      time.Time
	over      bool
}

func (s *modelSession) state(now time.Time) error {
	switch {
	case s.over || !now.Before(s.created.Add(12*time.Hour)):
		return ErrSignedOut
	case !now.Before(s.seen.Add(30 * time.Minute)):
		return ErrIdle
	}
	return nil
}

type machine struct {
	*bench
	r        *rand.Rand
	users    []string // e-mails; the last ones nobody has
	ids      map[string]string
	device   map[string]string // a cookie of each known user
	pairs    map[string]*modelPair
	sessions []*modelSession
	ops      map[string]int
	n        int
}

func TestSignInAndSessionMachines(t *testing.T) {
	t.Parallel()
	seed := uint64(20261122)
	if v, err := strconv.ParseUint(os.Getenv("SWITCHKEEP_SEED"), 10, 64); err == nil {
		seed = v
	}
	runs := 6
	total, by := 0, map[string]int{}
	for run := range runs {
		m := newMachine(t, seed+uint64(run))
		for range machineOps() / runs {
			m.step()
		}
		for k, n := range m.ops {
			by[k] += n
			if k != "resume" && k != "limit" { // these come with a sign-in that is counted
				total += n
			}
		}
		if _, err := m.cfg.DB.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d random operations beside the slow model, no violation: %v", total, by)
	fmt.Fprintf(os.Stderr, "identity: %d random operations beside the slow model, no violation: %v\n", total, by)
	if total < machineOps()*97/100 {
		t.Fatalf("only %d operations", total)
	}
	for _, k := range []string{"locked", "wrong", "in", "idle", "gone", "touch", "passive", "out", "revoke", "limit", "resume", "restart", "sweep", "end user", "marathon"} {
		if by[k] == 0 {
			t.Errorf("never reached: %s", k)
		}
	}
}

func newMachine(t testing.TB, seed uint64) *machine {
	t.Helper()
	m := &machine{
		bench: newBench(t), r: rand.New(rand.NewPCG(seed, 7)), ids: map[string]string{}, device: map[string]string{},
		pairs: map[string]*modelPair{}, ops: map[string]int{},
	}
	m.mails.on = false
	for _, name := range []string{"ann", "bob"} {
		email := name + "@example.com"
		u := m.person(email, "ent")
		m.ids[email], m.device[email] = u.ID, m.newDevice(u.EmailKey)
		m.users = append(m.users, email)
	}
	m.users = append(m.users, "nobody@example.com")
	return m
}

// calm tells whether people work, or somebody guesses: the machine goes from one to the other.
func (m *machine) calm() bool { return m.n/2500%2 == 0 }

func (m *machine) step() {
	m.n++
	switch n := m.r.IntN(1000); {
	case m.calm() && n >= 800 && n < 975 && m.r.IntN(5) != 0:
		m.signInStep()
	case m.calm() && n < 3:
		m.marathonStep()
	case n < 420:
		m.signInStep()
	case n < 800:
		m.useStep()
	case n < 830:
		m.outStep()
	case n < 850:
		m.revokeStep()
	case n < 855:
		m.endUserStep()
	case n < 975:
		steps := []time.Duration{time.Second, 20 * time.Second, time.Minute, 4 * time.Minute, 11 * time.Minute, 31 * time.Minute, 3 * time.Hour}
		m.clk.Advance(steps[min(m.r.IntN(len(steps)), m.r.IntN(len(steps)), m.r.IntN(len(steps)))])
		m.ops["advance"]++
	case n < 980:
		m.restartStep()
	case n < 985:
		if err := m.Sweep(m.t.Context()); err != nil {
			m.t.Fatal(err)
		}
		m.ops["sweep"]++
		m.checkEnded(m.expire())
	default:
		m.listStep()
	}
}

// known answers a captcha whose number is known, so that the test does not spend its time on proofs.
func (m *machine) cheapCaptcha() string {
	salt := strconv.FormatUint(m.r.Uint64(), 16)
	ends := m.clk.Now().Add(time.Minute)
	challenge := proof(salt, 3)
	raw, err := json.Marshal(solved{Salt: salt, Expires: ends, Challenge: challenge, Signature: m.captcha.sign(salt, ends, challenge), Number: 3})
	if err != nil {
		m.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (m *machine) pair(email, ip, device string) *modelPair {
	key := email + "|" + ip
	if device != "" && device == m.device[email] {
		key += "|known"
	}
	if m.pairs[key] == nil {
		m.pairs[key] = &modelPair{}
	}
	return m.pairs[key]
}

func (m *machine) signInStep() {
	now := m.clk.Now()
	email, ip := m.users[m.r.IntN(len(m.users))], []string{"192.0.2.1", "2001:db8::1"}[m.r.IntN(2)]
	device := m.device[m.users[m.r.IntN(len(m.users))]] // his, another's or none
	p := m.pair(email, ip, device)
	c := Credentials{Email: email, Password: "wrong wrong wrong", Device: device}
	right := m.r.IntN(40) == 0 || m.calm() && m.r.IntN(3) != 0 || p.lockedFor(now) > 0 && m.r.IntN(2) == 0
	if right {
		c.Password = goodPassword
	}
	captcha := p.failures(now) >= 3
	if m.r.IntN(8) != 0 {
		c.Captcha = m.cheapCaptcha()
	}
	old := m.resumable(&c, email)
	r, err := m.SignIn(m.t.Context(), m.from(ip), c)
	_, exists := m.ids[email]
	switch {
	case captcha && c.Captcha == "":
		m.want(err, ErrCaptcha)
		m.ops["captcha"]++
	case p.lockedFor(now) > 0:
		m.want(err, ErrLocked)
		if e, _ := fault.As(err); e.RetryAfter != p.lockedFor(now) {
			m.t.Fatalf("%v left, the model says %v", e.RetryAfter, p.lockedFor(now))
		}
		m.ops["locked"]++
	case right && exists:
		if err != nil {
			m.t.Fatalf("the right password is refused: %v", err)
		}
		p.log = append(p.log, event{now, 's'})
		m.opened(email, r, old, now)
	default:
		m.failed(p, err, now)
	}
}

func (m *machine) failed(p *modelPair, err error, now time.Time) {
	if p.failures(now) == 9 {
		m.want(err, ErrLocked)
		p.log = append(p.log, event{now, 'l'})
		m.ops["lock"]++
		return
	}
	m.want(err, ErrCredentials)
	p.log = append(p.log, event{now, 'w'})
	if e, _ := fault.As(err); e.Details["captcha"] != (p.failures(now) >= 3) {
		m.t.Fatalf("captcha %v after %d failures", e.Details, p.failures(now))
	}
	m.ops["wrong"]++
}

// resumable hands an old token in now and then; it returns the session that should go on.
func (m *machine) resumable(c *Credentials, email string) *modelSession {
	if len(m.sessions) == 0 || m.r.IntN(4) != 0 {
		return nil
	}
	s := m.sessions[m.r.IntN(len(m.sessions))]
	c.Resume = s.token
	if s.user != email || errors.Is(s.state(m.clk.Now()), ErrSignedOut) {
		return nil
	}
	return s
}

func (m *machine) opened(email string, r Result, old *modelSession, now time.Time) {
	m.ops["in"]++
	fresh := &modelSession{token: r.Token, id: r.Session.ID, user: email, created: now, seen: now}
	var gone []string
	if old != nil {
		m.ops["resume"]++
		if fresh.id != old.id {
			m.t.Fatal("the session did not go on")
		}
		old.over = true
	} else if all := m.stored(email); len(all) >= 10 {
		m.ops["limit"]++
		oldest := slices.MinFunc(all, func(a, b *modelSession) int { return a.seen.Compare(b.seen) })
		// Several may have been seen at the same instant: any of them may go.
		gone = m.takeEnded()
		if len(gone) != 1 {
			m.t.Fatalf("%d sessions made room", len(gone))
		}
		at := slices.IndexFunc(all, func(s *modelSession) bool { return s.id == gone[0] && s.seen.Equal(oldest.seen) })
		if at < 0 {
			m.t.Fatal("another session than the one unused longest made room")
		}
		all[at].over = true
	}
	m.checkEnded(nil)
	m.sessions = append(m.sessions, fresh)
	m.sessions = slices.DeleteFunc(m.sessions, func(s *modelSession) bool { return s.over && m.r.IntN(3) == 0 })
}

// stored are the sessions of a person that have a row: the idle ones too, and those past their end
// that nobody has looked at.
func (m *machine) stored(email string) []*modelSession {
	var out []*modelSession
	for _, s := range m.sessions {
		if s.user == email && !s.over {
			out = append(out, s)
		}
	}
	return out
}

func (m *machine) useStep() {
	if len(m.sessions) == 0 {
		return
	}
	m.use(m.sessions[m.r.IntN(len(m.sessions))], m.r.IntN(2) == 0)
}

// marathonStep works in one session until it ends by itself.
func (m *machine) marathonStep() {
	if len(m.sessions) == 0 {
		return
	}
	s := m.sessions[m.r.IntN(len(m.sessions))]
	for range 26 {
		m.use(s, true)
		m.clk.Advance(29 * time.Minute)
	}
	m.ops["marathon"]++
}

func (m *machine) use(s *modelSession, active bool) {
	now := m.clk.Now()
	want := s.state(now)
	v, err := m.Session(m.t.Context(), s.token, active)
	switch {
	case want != nil:
		m.want(err, want)
		if errors.Is(want, ErrIdle) {
			m.ops["idle"]++
			return
		}
		m.ops["gone"]++
		if !s.over {
			s.over = true
			m.checkEnded([]string{s.id})
		}
		return
	case err != nil || v.User.Email != s.user || v.Session.ID != s.id:
		m.t.Fatalf("%+v %v", v, err)
	case active:
		m.ops["touch"]++
		s.seen = now
	default:
		m.ops["passive"]++
	}
	if !v.IdleEnds.Equal(s.seen.Add(30 * time.Minute)) {
		m.t.Fatalf("idle ends %v, the model says %v", v.IdleEnds, s.seen.Add(30*time.Minute))
	}
}

func (m *machine) outStep() {
	if len(m.sessions) == 0 {
		return
	}
	s := m.sessions[m.r.IntN(len(m.sessions))]
	if err := m.SignOut(m.t.Context(), m.by(), s.token); err != nil {
		m.t.Fatal(err)
	}
	m.ops["out"]++
	m.end(s)
}

func (m *machine) end(s *modelSession) {
	if s.over {
		m.checkEnded(nil)
		return
	}
	s.over = true
	m.checkEnded([]string{s.id})
}

func (m *machine) revokeStep() {
	if len(m.sessions) == 0 {
		return
	}
	s := m.sessions[m.r.IntN(len(m.sessions))]
	user := m.ids[m.users[m.r.IntN(2)]]
	err := m.Revoke(m.t.Context(), m.by(), user, s.id)
	m.ops["revoke"]++
	// An old token's session may have gone on under its id.
	live := slices.IndexFunc(m.sessions, func(o *modelSession) bool { return o.id == s.id && !o.over })
	if live < 0 || m.ids[s.user] != user {
		if !fault.Is(err, fault.KindNotFound) {
			m.t.Fatal(err)
		}
		return
	}
	if err != nil {
		m.t.Fatal(err)
	}
	m.end(m.sessions[live])
}

func (m *machine) endUserStep() {
	email := m.users[m.r.IntN(2)]
	if err := m.EndUser(m.t.Context(), m.by(), m.ids[email], ReasonRights); err != nil {
		m.t.Fatal(err)
	}
	m.ops["end user"]++
	var gone []string
	for _, s := range m.stored(email) {
		s.over = true
		gone = append(gone, s.id)
	}
	m.checkEnded(gone)
}

// restartStep stops cleanly and starts on the same store: nothing is forgotten.
func (m *machine) restartStep() {
	if err := m.flush(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
	m.restart()
	m.ops["restart"]++
}

// expire marks what a sweep takes away and returns the ids.
func (m *machine) expire() []string {
	var gone []string
	for _, s := range m.sessions {
		if !s.over && errors.Is(s.state(m.clk.Now()), ErrSignedOut) {
			s.over = true
			gone = append(gone, s.id)
		}
	}
	return gone
}

func (m *machine) listStep() {
	email := m.users[m.r.IntN(2)]
	list, err := m.ListSessions(m.t.Context(), m.ids[email], "")
	if err != nil {
		m.t.Fatal(err)
	}
	m.ops["list"]++
	n := 0
	for _, s := range m.stored(email) {
		if errors.Is(s.state(m.clk.Now()), ErrSignedOut) {
			continue
		}
		n++
		at := slices.IndexFunc(list, func(i SessionInfo) bool { return i.ID == s.id })
		if at < 0 || list[at].Idle != errors.Is(s.state(m.clk.Now()), ErrIdle) || !list[at].SeenAt.Equal(s.seen) {
			m.t.Fatalf("session %s is listed as %+v", s.id, list)
		}
	}
	if n != len(list) {
		m.t.Fatalf("%d sessions listed, the model has %d", len(list), n)
	}
}

func (m *machine) takeEnded() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, e := range m.ended {
		out = append(out, e.session)
	}
	m.ended = nil
	return out
}

// checkEnded compares what OnEnd told with what should have ended: no more, no less, once.
func (m *machine) checkEnded(want []string) {
	m.t.Helper()
	got := m.takeEnded()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		m.t.Fatalf("ended %v, the model says %v", got, want)
	}
}

func (m *machine) want(err, want error) {
	m.t.Helper()
	wantErr(m.t, err, want)
}
