function Test-HvoRestartPending {
    <#
    .SYNOPSIS
    Tells whether Set-HvoRestartPending was called since Windows was started last.
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
    }
    finally { $base.Dispose() }
}
