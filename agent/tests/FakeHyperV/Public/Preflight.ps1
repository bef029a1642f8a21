function Get-Acl {
    <#
    .SYNOPSIS
    Returns the security descriptor of a folder, as its text (SDDL): what host.json has for it in acls, else SYSTEM and administrators.
    #>
    [CmdletBinding(DefaultParameterSetName = 'ByPath')]
    param(
        [Parameter(ParameterSetName = 'ByPath', Position = 0)] [string[]] $Path,
        [Parameter(ParameterSetName = 'ByLiteralPath')] [Alias('PSPath')] [string[]] $LiteralPath
    )
    $lock = Enter-FakeCall $PSCmdlet
    try {
        foreach ($one in @($Path) + @($LiteralPath) | Where-Object { $_ }) {
            if (-not [System.IO.Directory]::Exists($one) -and -not [System.IO.File]::Exists($one)) {
                Write-FakeError $PSCmdlet "Cannot find path '$one' because it does not exist." 'PathNotFound' 'ObjectNotFound' $one
                continue
            }
            $sddl = 'O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
            $known = (Get-FakeFact 'acls' ([pscustomobject] @{})).PSObject.Properties[$one]
            if ($null -ne $known) { $sddl = [string] $known.Value }
            [pscustomobject] @{ PSTypeName = 'System.Security.AccessControl.DirectorySecurity'; Path = $one; Sddl = $sddl }
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-ExecutionPolicy {
    <#
    .SYNOPSIS
    Returns the execution policy of each scope, by precedence; or the one that is in effect.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string] $Scope, [switch] $List)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $set = Get-FakeFact 'executionPolicy' ([pscustomobject] @{ LocalMachine = 'RemoteSigned' })
        $all = foreach ($name in 'MachinePolicy', 'UserPolicy', 'Process', 'CurrentUser', 'LocalMachine') {
            $known = $set.PSObject.Properties[$name]
            [pscustomobject] @{ Scope = $name; ExecutionPolicy = if ($null -ne $known) { [string] $known.Value } else { 'Undefined' } }
        }
        if ($List) { $all } else { @($all | Where-Object { $_.ExecutionPolicy -ne 'Undefined' -and (-not $Scope -or $_.Scope -eq $Scope) })[0].ExecutionPolicy }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-WSManInstance {
    <#
    .SYNOPSIS
    Returns parts of WinRM's configuration as the XML elements that WinRM answers with: winrs, service, or each listener.
    #>
    [CmdletBinding(DefaultParameterSetName = 'GetInstance')]
    param(
        [Parameter(Position = 0, Mandatory)] [uri] $ResourceURI,
        [Parameter(ParameterSetName = 'Enumerate', Mandatory)] [switch] $Enumerate
    )
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $part = ([string] $ResourceURI) -replace '^winrm/config/', ''
        $known = (Get-FakeFact 'winrm' ([pscustomobject] @{})).PSObject.Properties[$part]
        $values = if ($null -ne $known) { @($known.Value) } else {
            switch ($part) {
                'winrs' { @(@{ MaxShellsPerUser = 30; MaxMemoryPerShellMB = 1024; MaxProcessesPerShell = 25 }) }
                'service' { @(@{ MaxConcurrentOperationsPerUser = 1500 }) }
                'listener' { @(@{ Transport = 'HTTP'; Port = 5985; Enabled = 'true' }, @{ Transport = 'HTTPS'; Port = 5986; Enabled = 'true' }) }
                default { @() }
            }
        }
        foreach ($one in $values) {
            $xml = [xml] '<cfg:Part xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config"/>'
            $pairs = if ($one -is [hashtable]) { $one } else { $map = @{}; foreach ($item in $one.PSObject.Properties) { $map[$item.Name] = $item.Value }; $map }
            foreach ($name in $pairs.Keys) {
                $child = $xml.CreateElement('cfg', $name, 'http://schemas.microsoft.com/wbem/wsman/1/config')
                $child.InnerText = [string] $pairs[$name]
                $null = $xml.DocumentElement.AppendChild($child)
            }
            $xml.DocumentElement
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}
