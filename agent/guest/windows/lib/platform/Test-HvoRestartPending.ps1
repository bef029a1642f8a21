function Test-HvoRestartPending {
    <#
    .SYNOPSIS
        Returns whether Windows has not been restarted since Set-HvoRestartPending was called.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.OpenSubKey('SOFTWARE\HyperVOperatorBoot')
        if ($null -eq $key) { return $false }
        $key.Dispose()
        return $true
    } finally {
        $base.Dispose()
    }
}
