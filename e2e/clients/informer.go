package main

import (
	"context"
	"errors"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
)

// runInformer wins a Lease, watches ConfigMaps, Leases (both by protobuf) and Widgets in a namespace, writes an Event
// about each new ConfigMap that has the label "record", and hands the Lease back at its end.
func runInformer(ctx context.Context, config *rest.Config, namespace string) error {
	typedConfig := rest.CopyConfig(config)
	typedConfig.ContentType = runtime.ContentTypeProtobuf
	typedConfig.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	clients, err := kubernetes.NewForConfig(typedConfig)
	if err != nil {
		return err
	}
	dynamicClient, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}

	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: clients.CoreV1().Events("")})
	defer broadcaster.Shutdown()
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "e2e-informer"})

	identity, err := os.Hostname()
	if err != nil {
		return err
	}
	lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "e2e-informer", nil, clients.CoordinationV1(),
		resourcelock.ResourceLockConfig{Identity: identity, EventRecorder: recorder})
	if err != nil {
		return err
	}
	var failure error
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: lock,
		// Long enough for a busy machine: who cannot renew in time ends.
		LeaseDuration:   60 * time.Second,
		RenewDeadline:   45 * time.Second,
		RetryPeriod:     3 * time.Second,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				report("leading", nil)
				failure = watch(ctx, clients, dynamicClient, recorder, namespace)
			},
			OnStoppedLeading: func() { report("released", nil) },
		},
	})
	if ctx.Err() == nil && failure == nil {
		failure = errors.New("lost the lease")
	}
	return failure
}

func watch(
	ctx context.Context, clients kubernetes.Interface, dynamicClient dynamic.Interface, recorder record.EventRecorder, namespace string,
) error {
	typed := informers.NewSharedInformerFactoryWithOptions(clients, 0, informers.WithNamespace(namespace))
	untyped := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamicClient, 0, namespace, nil)
	watched := map[string]cache.SharedIndexInformer{
		"configmaps": typed.Core().V1().ConfigMaps().Informer(),
		"leases":     typed.Coordination().V1().Leases().Informer(),
		"widgets":    untyped.ForResource(groupVersion.WithResource("widgets")).Informer(),
	}
	for resource, informer := range watched {
		if _, err := informer.AddEventHandler(reportChanges(resource, recorder)); err != nil {
			return err
		}
	}
	typed.StartWithContext(ctx)
	untyped.Start(ctx.Done())
	for resource, informer := range watched {
		if cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			report("synced", map[string]any{"resource": resource})
		}
	}
	<-ctx.Done()
	typed.Shutdown()
	untyped.Shutdown()
	return nil
}

func reportChanges(resource string, recorder record.EventRecorder) cache.ResourceEventHandlerDetailedFuncs {
	change := func(what string, object any, details map[string]any) {
		if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = last.Obj
		}
		meta := object.(metav1.Object)
		details["resource"], details["name"] = resource, meta.GetName()
		if configMap, ok := object.(*corev1.ConfigMap); ok {
			details["data"] = configMap.Data
			if what == "added" && configMap.Labels["record"] != "" {
				recorder.Eventf(configMap, corev1.EventTypeNormal, "Seen", "saw ConfigMap %s", configMap.Name)
			}
		}
		report(what, details)
	}
	return cache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(object any, initial bool) { change("added", object, map[string]any{"initial": initial}) },
		UpdateFunc: func(before, after any) {
			// A lease changes at each renewal; what matters is that one has come and gone.
			if resource != "leases" && before.(metav1.Object).GetResourceVersion() != after.(metav1.Object).GetResourceVersion() {
				change("updated", after, map[string]any{})
			}
		},
		DeleteFunc: func(object any) { change("deleted", object, map[string]any{}) },
	}
}
