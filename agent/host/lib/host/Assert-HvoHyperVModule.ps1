function Assert-HvoHyperVModule {
    <#
    .SYNOPSIS
        Fails with Internal if Hyper-V's PowerShell module is not installed.
    #>
    [CmdletBinding()]
    param()
    if (-not (Get-Command -Name 'Get-VM' -ErrorAction SilentlyContinue)) {
        Stop-HvoLaunch -Code Internal -Message ("Hyper-V's PowerShell module (the Windows feature " +
            'Hyper-V-PowerShell) is not installed on this host.')
    }
}
