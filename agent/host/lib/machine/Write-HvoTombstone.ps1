function Write-HvoTombstone {
    <#
    .SYNOPSIS
        Writes a machine's tombstone, so that no delayed launch creates the machine again.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $text = ConvertTo-HvoJson ([ordered]@{
            machine_uid = $Context.Run.machine_uid; cluster_uid = $Context.Run.cluster_uid; removed_at = Get-HvoTimestamp
        })
    Write-HvoFile -Path (Get-HvoTombstonePath -Machines $Context.Machines -MachineUid $Context.Run.machine_uid) -Text $text
}
