package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	provision "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// newStorageCommand provides volumes that are folders of this machine: made when a claim asks, deleted with it.
func newStorageCommand() *cobra.Command {
	var kubeconfig, name, folder string
	command := &cobra.Command{
		Use:          "storage-provisioner",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			ctx = klog.NewContext(ctx, klog.Background())
			// Nobody else provisions here, and whoever ends the sandbox ends this.
			alone := provision.LeaderElection(false)
			provision.NewProvisionController(ctx, client, name, folders(folder), alone).Run(ctx)
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	flags.StringVar(&name, "name", "", "the provisioner that storage classes name")
	flags.StringVar(&folder, "folder", "", "where the volumes are made")
	for _, needed := range []string{"kubeconfig", "name", "folder"} {
		if err := command.MarkFlagRequired(needed); err != nil {
			panic(err)
		}
	}
	return command
}

// folders is where the volumes are: a folder each, named like the volume.
type folders string

func (f folders) Provision(
	_ context.Context, asked provision.ProvisionOptions,
) (*core.PersistentVolume, provision.ProvisioningState, error) {
	if asked.PVC.Spec.Selector != nil {
		return nil, provision.ProvisioningFinished, fmt.Errorf("a claim with a selector takes a volume that is there; none is made for it")
	}
	size := asked.PVC.Spec.Resources.Requests[core.ResourceStorage]
	if err := f.holds(size); err != nil {
		return nil, provision.ProvisioningFinished, err
	}
	path := filepath.Join(string(f), asked.PVName)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, provision.ProvisioningFinished, err
	}
	// Whatever user a container runs as: the kubelet doesn't change the owner of a hostPath. The mask took bits away.
	if err := os.Chmod(path, 0o777); err != nil {
		return nil, provision.ProvisioningFinished, err
	}
	kind := core.HostPathDirectory
	volume := &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: asked.PVName},
		Spec: core.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *asked.StorageClass.ReclaimPolicy,
			AccessModes:                   asked.PVC.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: size},
			PersistentVolumeSource: core.PersistentVolumeSource{
				HostPath: &core.HostPathVolumeSource{Path: path, Type: &kind},
			},
		},
	}
	return volume, provision.ProvisioningFinished, nil
}

// holds says no to a size that the disk can't hold, as a real backend does.
func (f folders) holds(size resource.Quantity) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(string(f), &disk); err != nil {
		return err
	}
	free := int64(disk.Bavail) * disk.Bsize
	if size.Value() > free {
		return fmt.Errorf("%s asked for, and %s free", size.String(), resource.NewQuantity(free, resource.BinarySI))
	}
	return nil
}

func (f folders) Delete(_ context.Context, volume *core.PersistentVolume) error {
	path := filepath.Join(string(f), volume.Name)
	if source := volume.Spec.HostPath; source == nil || source.Path != path {
		return &provision.IgnoredError{Reason: "it is not a folder that was made here"}
	}
	return os.RemoveAll(path)
}
