function ConvertTo-HvoVmState {
    <#
    .SYNOPSIS
        Returns Hyper-V's word for the state of a VM as the protocol's.
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
