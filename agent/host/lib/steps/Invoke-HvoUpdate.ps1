function Invoke-HvoUpdate {
    <#
    .SYNOPSIS
        Goes through the steps of an update under the machine's lock.
    .OUTPUTS
        Ordered dictionary: the completed outcome. A failed one is thrown.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    Assert-HvoHyperVModule
    $vmId = ConvertTo-HvoGuid $Context.Job.machine.vm_id
    $vm = Get-HvoVmById -VmId $vmId
    if ($null -eq $vm) {
        Stop-HvoLaunch -Code VmMissing -Message "VM $vmId is not on this host any more. Delete the resource, or restore the VM."
    }
    if ((Get-HvoVmMark -Vm $vm).MachineUid -cne $Context.Run.machine_uid) {
        Stop-HvoLaunch -Code NotOwned -Message "VM $vmId does not carry this machine's mark. Nothing is changed."
    }
    $Context.Vm = Find-HvoMachineVm -Context $Context -Vms @($vm) -KnownIds @($vmId)
    if ($null -eq $Context.Journal) {
        # Only a machine that is complete is updated; its folder was lost.
        $Context.Journal = New-HvoJournal -MachineUid $Context.Run.machine_uid -ClusterUid $Context.Run.cluster_uid
        $Context.Journal.run_id = $Context.Run.id
        $Context.Journal.vm_id = $vmId
        $Context.Journal.state = 'completed'
        $Context.Journal.reason = 'Provisioned'
    }
    $Context.Journal.generation = $Context.Run.generation
    $Context.Journal.attempt = $Context.Run.attempt
    Save-HvoJournal -Context $Context
    Set-HvoVmDesiredState -Context $Context
    return New-HvoOutcome -Outcome completed -Reason 'Updated' -Message "$($vm.Name) is as asked for." -VmId $vmId
}
