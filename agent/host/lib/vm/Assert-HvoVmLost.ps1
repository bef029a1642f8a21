function Assert-HvoVmLost {
    <#
    .SYNOPSIS
        Fails with IdentityConflict if the VM that the job calls lost exists, or if another one carries the machine's mark in
        its place; with VmUnreadable if it cannot be opened; with ClusterFailed if another node of the failover cluster has it.
    .DESCRIPTION
        A VM that was made after the lost one is in the journal under its own GUID: the job is then about the past.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    $list = Get-HvoVmList
    $found = @($list.Vms | Where-Object {
            $id = ConvertTo-HvoGuid $_.Id
            $marked = $Context.Journal.vm_id -eq $VmId -and (Get-HvoVmMark -Vm $_).MachineUid -ceq $Context.Run.machine_uid
            $id -eq $VmId -or $marked
        })
    if ($found.Count) {
        $ids = @($found | ForEach-Object { ConvertTo-HvoGuid $_.Id }) -join ', '
        Stop-HvoLaunch -Code IdentityConflict -Message ("The job calls VM $VmId lost, and this host has VM $ids. Nothing was " +
            'changed.')
    }
    Assert-HvoVmNotHidden -Context $Context -Problems $list.Problems -KnownIds @($VmId)
    Assert-HvoVmOnThisNode -Context $Context -VmIds @($VmId)
}
