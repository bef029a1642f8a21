function Resolve-HvoMachineVm {
    <#
    .SYNOPSIS
        Finds the machine's VM, and resets the journal if the VM of an unfinished machine was deleted by hand.
    .DESCRIPTION
        The disk of a deleted VM was used by a guest that is configured in part, so it is deleted and the image is copied
        again. A VM that the failover cluster has moved to another node is not deleted, nor one that the job calls lost and
        that exists.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal = $Context.Journal
    $Context.OsFamily = Get-HvoOsFamily -Fields $Context.Fields
    $lost = Get-HvoProperty $Context.Job 'lost_vm_id'
    if ($lost) { Assert-HvoVmLost -Context $Context -VmId $lost }
    $list = Get-HvoVmList
    $Context.Vm = Find-HvoMachineVm -Context $Context -Vms $list.Vms -KnownIds @($journal.vm_id)
    if ($null -ne $Context.Vm) {
        if ($null -eq $journal.vm_id) {
            Assert-HvoVmDiskInFolder -Context $Context
            $journal.taken_up = $true
        }
        $journal.vm_id = ConvertTo-HvoGuid $Context.Vm.Id
        return
    }
    Assert-HvoVmNotHidden -Context $Context -Problems $list.Problems -KnownIds @($journal.vm_id)
    if ($null -eq $journal.vm_id) { return }
    Assert-HvoVmOnThisNode -Context $Context -VmIds @($journal.vm_id)
    $found = Get-HvoVmById -VmId $journal.vm_id
    if ($null -ne $found) {
        Stop-HvoLaunch -Code NotOwned -Message ("VM $($journal.vm_id) no longer carries this machine's mark " +
            "(hyperv-operator.io/machine-uid=$($Context.Run.machine_uid) in its notes). Nothing was changed.")
    }
    Write-HvoLog -Message "VM $($journal.vm_id) was removed before the machine was complete; provisioning starts over."
    Remove-HvoFile -Path $Context.DiskPath
    $journal.lost_vm_id = $journal.vm_id
    $journal.vm_id = $null
    foreach ($key in 'started_at', 'key_at', 'published') { $journal[$key] = $null }
    $journal.taken_up = $false
    $journal.steps.Clear()
    Save-HvoJournal -Context $Context
}
