function Invoke-HvoRemoval {
    <#
    .SYNOPSIS
        Runs the steps of a removal. Requires the machine's lock if the machine has a folder.
    .OUTPUTS
        Ordered dictionary: the completed outcome. Throws if the launch ends as pending or failed.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    Assert-HvoHyperVModule
    $given = Get-HvoProperty $Context.Job.machine 'vm_id'
    $known = @($given, $Context.Tombstone.removing)
    if ($null -ne $Context.Journal) {
        $known += $Context.Journal.vm_id
        Add-HvoJournalLaunch -Context $Context
    }
    $ids = [string[]]@($known | Where-Object { $_ } | ForEach-Object { ConvertTo-HvoGuid $_ })
    $Context.KnownIds = [string[]]@([System.Linq.Enumerable]::Distinct($ids))
    $list = Get-HvoVmList
    $Context.Vm = Find-HvoMachineVm -Context $Context -Vms $list.Vms -KnownIds $Context.KnownIds
    if ($null -ne $Context.Vm) {
        $id = ConvertTo-HvoGuid $Context.Vm.Id
        if ($Context.KnownIds -cnotcontains $id) { $Context.KnownIds = [string[]]@(@($Context.KnownIds) + $id) }
    } else {
        # A folder shows that the machine was launched here. Without one, only the name of a VM speaks for it.
        $strict = [System.IO.Directory]::Exists($Context.Folder) -and -not (Test-HvoVmNeverRegistered -Context $Context)
        Assert-HvoVmNotHidden -Context $Context -Problems $list.Problems -KnownIds $Context.KnownIds `
            -VmName ([string](Get-HvoProperty $Context.Job.machine 'vm_name')) -Strict:$strict
        Assert-HvoVmMarked -Context $Context
    }
    $last = $Context.KnownIds | Select-Object -Last 1
    Invoke-HvoStep -Context $Context -Script 'Removal.RemoveClusterRole.ps1' -FailureCode ClusterFailed
    Invoke-HvoStep -Context $Context -Script 'Removal.RemoveVM.ps1' -FailureCode RemoveFailed
    Invoke-HvoStep -Context $Context -Script 'Removal.RemoveFiles.ps1' -FailureCode RemoveFailed
    Invoke-HvoStep -Context $Context -Script 'Removal.VerifyRemoved.ps1' -FailureCode RemoveFailed
    $text = 'VM, disk, ISO and journal are gone.'
    if ($Context.Detached.Count) { $text += " These disks were outside its folder and were kept: $($Context.Detached -join ', ')." }
    return New-HvoOutcome -Outcome completed -Reason 'Removed' -Message $text -VmId $last `
        -Finding $Context.Tombstone.finding
}
