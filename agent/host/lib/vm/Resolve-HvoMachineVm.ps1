function Resolve-HvoMachineVm {
    <#
    .SYNOPSIS
        Finds the machine's VM, and begins anew where an unfinished one's VM was deleted by hand.
    .DESCRIPTION
        The disk of a VM that is gone has been used by a guest that is configured in part: it is no clone any more, and the
        new VM gets a new one. A VM that the failover cluster has moved to another node is not gone.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal = $Context.Journal
    $Context.OsFamily = Get-HvoOsFamily -Fields $Context.Fields
    $Context.Vm = Find-HvoMachineVm -Context $Context -Vms @(Get-VM) -KnownIds @($journal.vm_id)
    if ($null -ne $Context.Vm) {
        $journal.vm_id = ConvertTo-HvoGuid $Context.Vm.Id
        return
    }
    if ($null -eq $journal.vm_id) { return }
    Assert-HvoVmOnThisNode -Context $Context -VmIds @($journal.vm_id)
    $found = Get-HvoVmById -VmId $journal.vm_id
    if ($null -ne $found) {
        Stop-HvoLaunch -Code NotOwned -Message ("VM $($journal.vm_id) does not carry this machine's mark any more. Nothing is changed. " +
            "Write hyperv-operator.io/machine-uid=$($Context.Run.machine_uid) into its notes, or remove it by hand.")
    }
    Write-HvoLog -Message "VM $($journal.vm_id) was removed before it was complete: the machine is made anew."
    Remove-HvoFile -Path $Context.DiskPath
    $journal.vm_id = $null
    foreach ($key in 'started_at', 'key_at', 'published') { $journal[$key] = $null }
    $journal.steps.Clear()
    Save-HvoJournal -Context $Context
}
