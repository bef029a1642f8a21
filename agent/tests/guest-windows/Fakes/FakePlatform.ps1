# The platform functions of the guest, on the machine in memory. Paths have slashes on every system.

function ConvertTo-FakePath {
    param([string] $Path)
    $Path.Replace('\', '/')
}

function Get-HvoRegistryValue {
    param([string] $Path, [string] $Name)
    Assert-FakeAlive
    $names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
    if ($Path -eq "$names\ActiveComputerName") { return $global:HvoFake.ActiveName.ToUpperInvariant() }
    if ($Path -eq "$names\ComputerName") { return $global:HvoFake.Name.ToUpperInvariant() }
    $global:HvoFake.Registry["$Path|$Name"]
}

function Set-HvoRegistryValue {
    param([string] $Path, [string] $Name, [string] $Value)
    Invoke-FakeChange "Set $Name" { $global:HvoFake.Registry["$Path|$Name"] = $Value }
}

function Remove-HvoRegistryValue {
    param([string] $Path, [string] $Name)
    Invoke-FakeChange "Remove $Name" { $global:HvoFake.Registry.Remove("$Path|$Name") }
}

function Test-HvoElevated { $global:HvoFake.Elevated }

function Test-HvoRestartPending { Assert-FakeAlive; $global:HvoFake.RestartPending }

function Set-HvoRestartPending { Invoke-FakeChange 'Set-HvoRestartPending' { $global:HvoFake.RestartPending = $true } }

function Get-HvoMachineKey {
    param([string] $VirtualMachineId)
    Assert-FakeAlive
    $global:HvoFake.Keys[$VirtualMachineId]
}

function New-HvoMachineKey {
    param([string] $VirtualMachineId)
    Invoke-FakeChange 'New-HvoMachineKey' {
        $global:HvoFake.Keys[$VirtualMachineId] = Get-FakeKey
    }
    $global:HvoFake.Keys[$VirtualMachineId]
}

function Remove-HvoMachineKey {
    param([string] $VirtualMachineId)
    Invoke-FakeChange 'Remove-HvoMachineKey' { $global:HvoFake.Keys.Remove($VirtualMachineId) }
}

function Get-HvoFileContent {
    param([string] $Path)
    $Path = ConvertTo-FakePath $Path
    Assert-FakeAlive
    $global:HvoFake.Files[$Path]
}

function Set-HvoFileContent {
    param([string] $Path, [string] $Content)
    $Path = ConvertTo-FakePath $Path
    Invoke-FakeChange "Write $([System.IO.Path]::GetFileName($Path))" { $global:HvoFake.Files[$Path] = $Content }
}

function Remove-HvoPath {
    param([string] $Path)
    $Path = ConvertTo-FakePath $Path
    Invoke-FakeChange "Delete $([System.IO.Path]::GetFileName($Path))" {
        foreach ($file in @($global:HvoFake.Files.Keys)) {
            if ($file -eq $Path -or $file.StartsWith("$Path/")) { $global:HvoFake.Files.Remove($file) }
        }
        foreach ($folder in @($global:HvoFake.Folders)) {
            if ($folder -eq $Path -or $folder.StartsWith("$Path/")) { $global:HvoFake.Folders.Remove($folder) }
        }
    }
}

function Get-HvoSubfolderName {
    param([string] $Path)
    $Path = ConvertTo-FakePath $Path
    Assert-FakeAlive
    foreach ($folder in $global:HvoFake.Folders) {
        if ([System.IO.Path]::GetDirectoryName($folder).Replace('\', '/') -eq $Path) {
            [System.IO.Path]::GetFileName($folder)
        }
    }
}

function Set-HvoProtectedFolder {
    param([string] $Path, [switch] $Administrators)
    $Path = ConvertTo-FakePath $Path
    Invoke-FakeChange 'Set-HvoProtectedFolder' {
        if (-not $global:HvoFake.Folders.Contains($Path)) { $null = $global:HvoFake.Folders.Add($Path) }
    }
}

function Copy-HvoFolder {
    param([string] $From, [string] $To)
    $From = (ConvertTo-FakePath $From).TrimEnd('/') + '/'
    $To = ConvertTo-FakePath $To
    Invoke-FakeChange 'Copy-HvoFolder' {
        foreach ($file in @($global:HvoFake.Files.Keys)) {
            if (-not $file.StartsWith($From)) { continue }
            $global:HvoFake.Files["$To/$($file.Substring($From.Length))"] = $global:HvoFake.Files[$file]
        }
        $null = $global:HvoFake.Folders.Add($To)
    }
}

function Get-HvoComputerDn {
    Assert-FakeAlive
    if ($global:HvoFake.DnErrors -gt 0) { $global:HvoFake.DnErrors--; throw 'The specified domain either does not exist or could not be contacted.' }
    $global:HvoFake.Dn
}

function Get-HvoDvdRoot { Assert-FakeAlive; $global:HvoFake.DvdRoots }

function Add-HvoLogLine {
    param([string] $Path, [string] $Line)
    Assert-FakeAlive
    $null = $global:HvoFake.Log.Add($Line)
}
