// Enforces NetworkPolicies on a node, which the bridge plug-in does not: kube-router's network policy controller alone.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/cloudnativelabs/kube-router/v2/pkg/utils"
	"github.com/coreos/go-iptables/iptables"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// Version of kube-router; set by the linker.
var Version = ""

func main() {
	version := flag.Bool("version", false, "say the version of kube-router and end")
	kubeconfig := flag.String("kubeconfig", "", "how to log in")
	node := flag.String("node", "", "this node's name")
	services := flag.String("services", "10.96.0.0/16", "addresses of Services")
	flag.Parse()
	if *version {
		fmt.Println(Version)
		return
	}
	login, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	check(err)
	client, err := kubernetes.NewForConfig(login)
	check(err)
	config := options.NewKubeRouterConfig()
	config.EnableIPv4, config.EnableIPv6 = true, false
	config.ClusterIPCIDRs = []string{*services}
	config.HostnameOverride = *node
	config.NodePortRange = "30000-32767"
	config.IPTablesSyncPeriod = time.Minute
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	tables, err := iptables.NewWithProtocol(iptables.ProtocolIPv4)
	check(err)
	sets, err := utils.NewIPSet(false)
	check(err)
	controller, err := netpol.NewNetworkPolicyController(client, config, pods, policies, namespaces, &sync.Mutex{},
		map[v1.IPFamily]utils.IPTablesHandler{v1.IPv4Protocol: tables},
		map[v1.IPFamily]utils.IPSetHandler{v1.IPv4Protocol: sets})
	check(err)
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods: controller.PodEventHandler, policies: controller.NetworkPolicyEventHandler,
		namespaces: controller.NamespaceEventHandler} {
		_, err = informer.AddEventHandler(handler)
		check(err)
	}
	stop := make(chan struct{})
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	health := make(chan *healthcheck.ControllerHeartbeat, 100)
	go func() {
		for range health {
		}
	}()
	var group sync.WaitGroup
	group.Add(1)
	go controller.Run(health, stop, &group)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	<-signals
	close(stop)
	group.Wait()
	controller.Cleanup()
}

func check(err error) {
	if err != nil {
		klog.Fatal(err)
	}
}
