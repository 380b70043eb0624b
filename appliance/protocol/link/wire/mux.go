package wire

import (
	"io"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

// Mux is the yamux configuration of one side. The connector accepts many streams and keeps the
// session alive; the appliance opens them, accepts the control stream only, and stays small.
// Figures: reference "Reachability", section 2.3.
func Mux(connector bool, log io.Writer) *yamux.Config {
	c := yamux.DefaultConfig()
	c.MaxStreamWindowSize = 4 << 20
	c.ConnectionWriteTimeout = 15 * time.Second
	c.KeepAliveInterval = 25 * time.Second
	c.MeasureRTTInterval = 10 * time.Minute
	c.LogOutput = log
	if connector {
		c.MaxIncomingStreams = 256
		return c
	}
	// The connector's heartbeat proves life, and TLS buffers what is read: neither is needed twice.
	c.EnableKeepAlive = false
	c.ReadBufSize = 0
	c.MaxIncomingStreams = 2
	c.AcceptBacklog = 64
	c.PingBacklog = 4
	return c
}
