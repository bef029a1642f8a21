function Test-HvoAdministrator {
    <#
    .SYNOPSIS
        Tells whether this process has administrator rights.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    param()
    $me = [System.Security.Principal.WindowsPrincipal]::new([System.Security.Principal.WindowsIdentity]::GetCurrent())
    $me.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}
