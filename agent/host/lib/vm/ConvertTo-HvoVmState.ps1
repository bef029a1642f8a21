function ConvertTo-HvoVmState {
    <#
    .SYNOPSIS
        Returns a VM state of Hyper-V's as one of the protocol's.
    .DESCRIPTION
        A critical state is the state that it is a variant of. What a hibernated or fast-saved VM does is what a saved one does.
        States between two others, and states that are not known, are Other.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter()] [AllowNull()] [object] $State
    )
    $word = [string]$State -creplace 'Critical\z', '' -creplace '\A(FastSaved|Hibernated)\z', 'Saved'
    if (@('Running', 'Off', 'Paused', 'Saved', 'Starting', 'Stopping') -ccontains $word) { return $word }
    return 'Other'
}
