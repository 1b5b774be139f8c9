package main

import (
	"context"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2/textlogger"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "e2e.keelson.dev/manager"

type widgetReconciler struct {
	client.Client
	events events.EventRecorder
}

// runManager reconciles Widgets: a finalizer, a ConfigMap of their own, a status with a condition, an event.
func runManager(ctx context.Context, config *rest.Config, namespace string) error {
	ctrl.SetLogger(textlogger.NewLogger(textlogger.NewConfig()))
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	addWidgets(scheme)
	// Long enough for a busy machine: who cannot renew in time ends.
	leaseDuration, renewDeadline, retryPeriod := 60*time.Second, 45*time.Second, 3*time.Second
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Metrics:                       server.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              "e2e-manager",
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &leaseDuration,
		RenewDeadline:                 &renewDeadline,
		RetryPeriod:                   &retryPeriod,
	})
	if err != nil {
		return err
	}
	reconciler := &widgetReconciler{Client: manager.GetClient(), events: manager.GetEventRecorder("e2e-manager")}
	if err := ctrl.NewControllerManagedBy(manager).For(&Widget{}).Owns(&corev1.ConfigMap{}).Complete(reconciler); err != nil {
		return err
	}
	go func() {
		<-manager.Elected()
		report("leading", nil)
	}()
	return manager.Start(ctx)
}

func (r *widgetReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	widget := &Widget{}
	if err := r.Get(ctx, request.NamespacedName, widget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !widget.DeletionTimestamp.IsZero() {
		if controllerutil.RemoveFinalizer(widget, finalizer) {
			report("finalized", map[string]any{"name": widget.Name})
			return ctrl.Result{}, client.IgnoreNotFound(r.Update(ctx, widget))
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(widget, finalizer) {
		if err := r.Update(ctx, widget); err != nil {
			return ctrl.Result{}, err
		}
	}

	configMap := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: widget.Namespace, Name: widget.Name}}
	result, err := controllerutil.CreateOrUpdate(ctx, r.Client, configMap, func() error {
		configMap.Data = map[string]string{"size": strconv.FormatInt(widget.Spec.Size, 10)}
		return controllerutil.SetControllerReference(widget, configMap, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if result != controllerutil.OperationResultNone {
		r.events.Eventf(widget, configMap, corev1.EventTypeNormal, "Sized", "Reconcile", "size is now %d", widget.Spec.Size)
	}

	before := widget.DeepCopyObject().(*Widget)
	widget.Status.ObservedSize = widget.Spec.Size
	meta.SetStatusCondition(&widget.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Sized", Message: "the ConfigMap holds the size",
		ObservedGeneration: widget.Generation,
	})
	if err := r.Status().Patch(ctx, widget, client.MergeFrom(before)); err != nil {
		return ctrl.Result{}, err
	}
	report("reconciled", map[string]any{"name": widget.Name, "size": widget.Spec.Size, "configMap": result})
	return ctrl.Result{}, nil
}
