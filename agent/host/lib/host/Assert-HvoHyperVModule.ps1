function Assert-HvoHyperVModule {
    <#
    .SYNOPSIS
        Fails with Internal where Hyper-V's PowerShell module is not installed.
    #>
    [CmdletBinding()]
    param()
    if (-not (Get-Command -Name 'Get-VM' -ErrorAction SilentlyContinue)) {
        Stop-HvoLaunch -Code Internal -Message ("Hyper-V's PowerShell module is not on this host. Install it: " +
            'Install-WindowsFeature Hyper-V-PowerShell.')
    }
}
