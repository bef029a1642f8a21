function ConvertTo-HvoHeartbeat {
    <#
    .SYNOPSIS
        Returns a heartbeat of Hyper-V's as Ok, NoContact or Unknown.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter()] [AllowNull()] [object] $Heartbeat
    )
    $word = [string]$Heartbeat
    if ($word -clike 'OkApplications*') { return 'Ok' }
    if (@('NoContact', 'LostCommunication', 'Error') -contains $word) { return 'NoContact' }
    return 'Unknown'
}
