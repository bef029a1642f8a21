function Write-HvoTombstone {
    <#
    .SYNOPSIS
        Notes that a machine was removed, so that no launch that is still on its way makes it again.
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
