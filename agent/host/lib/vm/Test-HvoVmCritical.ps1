function Test-HvoVmCritical {
    <#
    .SYNOPSIS
        Returns whether a VM state of Hyper-V's is a critical one: Hyper-V has lost the VM's storage, or it is full.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [object] $State
    )
    return [string]$State -clike '?*Critical'
}
