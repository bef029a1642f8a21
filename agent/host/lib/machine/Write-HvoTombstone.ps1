function Write-HvoTombstone {
    <#
    .SYNOPSIS
        Writes a machine's tombstone, so that no delayed launch creates the machine again.
    .DESCRIPTION
        Keeps what an earlier removal found. $Context.Tombstone has the result.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $path = Get-HvoTombstonePath -Machines $Context.Machines -MachineUid $Context.Run.machine_uid
    if ($null -eq $Context.Tombstone) {
        $before = Read-HvoTombstone -Path $path
        $Context.Tombstone = [ordered]@{
            machine_uid = $Context.Run.machine_uid; cluster_uid = $Context.Run.cluster_uid; removed_at = $null; finding = $null
            removing = $null
        }
        $Context.RemovedBefore = $null -ne $before
        if ($null -ne $before) { foreach ($key in 'finding', 'removing') { $Context.Tombstone[$key] = $before[$key] } }
    }
    $Context.Tombstone.removed_at = Get-HvoTimestamp
    Write-HvoFile -Path $path -Text (ConvertTo-HvoJson $Context.Tombstone)
}
