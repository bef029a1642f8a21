function ConvertTo-HvoVmState {
    <#
    .SYNOPSIS
        Returns a VM state of Hyper-V's as one of the protocol's.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter()] [AllowNull()] [object] $State
    )
    $word = [string]$State
    if (@('Running', 'Off', 'Paused', 'Saved', 'Starting', 'Stopping') -contains $word) { return $word }
    return 'Other'
}
