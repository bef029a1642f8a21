function Invoke-HvoUpdate {
    <#
    .SYNOPSIS
        Runs the steps of an update. Requires the machine's lock.
    .OUTPUTS
        Ordered dictionary: the completed outcome. Throws if the launch ends as failed.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    Assert-HvoHyperVModule
    $vmId = ConvertTo-HvoGuid $Context.Job.machine.vm_id
    $vm = Get-HvoExistingVm -VmId $vmId
    if ((Get-HvoVmMark -Vm $vm).MachineUid -cne $Context.Run.machine_uid) {
        Stop-HvoLaunch -Code NotOwned -Message "VM $vmId does not carry this machine's mark. Nothing was changed."
    }
    $Context.Vm = Find-HvoMachineVm -Context $Context -Vms @($vm) -KnownIds @($vmId)
    # Marks of earlier versions have no namespace and name.
    Add-HvoVmMark -Context $Context -Vm $vm
    if ($null -eq $Context.Journal) {
        # Only a complete machine is updated, so the journal was lost.
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
    $text = "$($vm.Name) has the desired CPU, memory and power state."
    return New-HvoOutcome -Outcome completed -Reason 'Updated' -Message $text -VmId $vmId
}
