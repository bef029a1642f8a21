function Assert-HvoHyperVModule {
    <#
    .SYNOPSIS
        Fails with HyperVUnavailable if Hyper-V's PowerShell module is not installed.
    #>
    [CmdletBinding()]
    param()
    # Get-VM is also a command of VMware PowerCLI.
    if (-not (Get-Command -Name 'Get-VMFirmware' -ErrorAction SilentlyContinue)) {
        Stop-HvoLaunch -Code HyperVUnavailable -Message ("Hyper-V's PowerShell module (the Windows feature " +
            'Hyper-V-PowerShell) is not installed on this host.')
    }
}
