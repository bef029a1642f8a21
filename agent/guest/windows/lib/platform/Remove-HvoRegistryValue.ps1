function Remove-HvoRegistryValue {
    <#
    .SYNOPSIS
    Removes one value of HKEY_LOCAL_MACHINE; it may be gone already.
    .PARAMETER Path
    Key below HKEY_LOCAL_MACHINE.
    .PARAMETER Name
    Name of the value.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.OpenSubKey($Path, $true)
        if ($null -eq $key) { return }
        try { $key.DeleteValue($Name, $false) }
        finally { $key.Dispose() }
    }
    finally { $base.Dispose() }
}
